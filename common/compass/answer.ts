import { CompassError } from '../errors.ts';
import { isRecord, type JsonRecord } from '../json.ts';

/** Subjects, URLs and tokens stay far below; what is stored of an answer has to fit into a Secret. */
const LONGEST_TEXT = 16 * 1024;

/** Reads the data of one answer and names what it lacks: InvalidAnswer, without any value. */
export interface AnswerReader {
  record(value: unknown, field: string): JsonRecord;
  /** Of `longest` characters at most: more than any text that Compass means. */
  text(value: unknown, field: string, longest?: number): string;
  invalid(what: string): CompassError;
}

export function answerReader(operation: string, requestId: string): AnswerReader {
  const invalid = (what: string) =>
    new CompassError('InvalidAnswer', `${operation}: ${what} in the answer of Compass`, {
      requestId,
      status: 200,
      maybeDone: true,
    });
  return {
    invalid,
    record(value, field) {
      if (!isRecord(value)) throw invalid(`there is no ${field}`);
      return value;
    },
    text(value, field, longest = LONGEST_TEXT) {
      if (typeof value !== 'string' || value.trim() === '') throw invalid(`there is no ${field}`);
      if (value.length > longest) throw invalid(`${field} is longer than ${longest} characters`);
      return value;
    },
  };
}
