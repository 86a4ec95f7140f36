const pg = require('pg')
exports.Common = pg.Pool
class Own {}
exports.Own = Own
exports.Late = void 0
class Late {}
exports.Late = Late
exports.Late = pg.Client
