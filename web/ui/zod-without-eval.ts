import { config } from 'zod';

// The page's Content-Security-Policy forbids eval, which zod's compiled parsers need. Imported first, before any schema.
config({ jitless: true });
