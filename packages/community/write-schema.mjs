// Writes community.schema.json anew: `npm run schema` in this package.
import { writeFileSync } from 'node:fs';
import { communityJsonSchema } from './src/index.ts';

writeFileSync(
  new URL('community.schema.json', import.meta.url),
  `${JSON.stringify(communityJsonSchema(), null, 2)}\n`,
);
