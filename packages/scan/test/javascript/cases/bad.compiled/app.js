"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
Object.defineProperty(exports, "__esModule", { value: true });
const pg_1 = __importDefault(require("pg"));
exports.pool = new pg_1.default.Pool({ host: 'db.example.com', ssl: { rejectUnauthorized: false } });
