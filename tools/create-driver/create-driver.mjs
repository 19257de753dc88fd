// The command itself is TypeScript like everything else; this starts it without a build.
import { register } from 'tsx/esm/api';

register();
await import('./src/main.ts');
