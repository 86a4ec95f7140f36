declare const options: object
export default options
