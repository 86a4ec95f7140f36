'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
exports.Store = exports.Made = void 0;
const pg_1 = require('pg');
class Store extends pg_1.Pool {}
exports.Store = Store;
const Made = pg_1.Pool;
exports.Made = Made;
