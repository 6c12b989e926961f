import { XmlError, XmlReader } from '../../../src/marc/xml/reader.ts';
import { AnswerError } from '../../../src/protocols/answers/errors.ts';
import {
  createSruAnswerReader,
  type SruAnswer,
  type SruRecord,
} from '../../../src/protocols/sru/answer.ts';

export interface Replayed {
  readonly answer: SruAnswer;
  readonly records: readonly SruRecord[];
  /** Reason of the answer's own error, or null. */
  readonly refused: string | null;
}

/** Reads an answer in pieces of that many bytes; any error but the two an answer may have is thrown. */
export function replay(bytes: Uint8Array, pieceBytes = bytes.length): Replayed {
  const records: SruRecord[] = [];
  const reader = createSruAnswerReader((record) => records.push(record));
  const xml = new XmlReader(reader);
  let refused: string | null = null;
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      xml.write(bytes.subarray(at, at + pieceBytes));
    }
    xml.end();
  } catch (error) {
    if (!(error instanceof XmlError) && !(error instanceof AnswerError)) throw error;
    refused = error.reason;
  }
  return { answer: reader.answer(), records, refused };
}

/** The body of a recorded HTTP answer. */
export function bodyOfTrace(trace: Buffer): Buffer {
  return trace.subarray(trace.indexOf('\r\n\r\n') + 4);
}
