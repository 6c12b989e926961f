export { MarcError, type MarcErrorReason } from './errors.ts';
export { readIso2709 } from './iso2709-file.ts';
export {
  decodeIso2709,
  decodeIso2709Text,
  fieldsOfText,
  type Iso2709Text,
} from './iso2709-record.ts';
export { encodeIso2709 } from './iso2709-write.ts';
export type { ReadOptions } from './options.ts';
