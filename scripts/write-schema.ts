import { writeFileSync } from 'node:fs';
import { openPGlite } from '../src/db/engine.ts';
import { migrate, schemaLines } from '../src/db/migrate.ts';

/** `npm run schema`: writes the schema that the migrations make to `test/db/schema.txt`, for review and for its test. */
const database = await openPGlite(null);
await migrate(database.db);
const lines = await schemaLines(database.db);
writeFileSync(new URL('../test/db/schema.txt', import.meta.url), `${lines.join('\n')}\n`);
await database.close();
console.log(`test/db/schema.txt: ${lines.length} lines`);
