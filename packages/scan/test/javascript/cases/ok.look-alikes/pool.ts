export class Pool { constructor(readonly options: object) {} }
