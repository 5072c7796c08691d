import { CompassError } from '../errors.ts';
import { isRecord, type JsonRecord } from '../json.ts';

/** Reads the data of one answer and names what it lacks: InvalidAnswer, without any value. */
export interface AnswerReader {
  record(value: unknown, field: string): JsonRecord;
  text(value: unknown, field: string): string;
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
    text(value, field) {
      if (typeof value !== 'string' || value.trim() === '') throw invalid(`there is no ${field}`);
      return value;
    },
  };
}
