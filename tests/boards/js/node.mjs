// Runs the cases with `node --test`.

import test from "node:test";

import { cases as film } from "./film.mjs";
import { cases as live } from "./live.mjs";
import { cases as rows } from "./rows.mjs";

for (const [name, run] of Object.entries({ ...film, ...live, ...rows })) test(name, run);
