export class Pool {
  constructor(readonly options: object) {}
}
export default class extends Pool {}
