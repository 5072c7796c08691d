import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import { CompassError } from '#common/errors.ts';
import type { YamlEntry, YamlNode } from './nodes.ts';

const { DOCUMENT, SEQUENCE, MAPPING, SCALAR, ALIAS, POP } = EVENT_ID;

/**
 * The documents of a text, with the places of everything in them. Throws Usage with the line, and without its content, for
 * what is no YAML.
 */
export function parseDocuments(text: string, name: string): readonly YamlNode[] {
  const reader = new Reader(text, eventsOf(text, name));
  return reader.documents();
}

function eventsOf(text: string, name: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth: 200 });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? '' : ` in line ${error.mark.line + 1}`;
    // biome-ignore lint/style/useErrorCause: the parser's own error quotes the text, which may hold a secret
    throw new CompassError('Usage', `${name} is no YAML${line}: ${error.reason.split(' "', 1)[0]}`);
  }
}

const STYLE_OF_FLOW = 2;

/** Turns the parser's events, which name their starts alone, into nodes. */
class Reader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 0;
  /** Where what was read last ends: a blank scalar is there. */
  #end = 0;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  documents(): readonly YamlNode[] {
    const nodes: YamlNode[] = [];
    while (this.#next < this.#events.length) {
      const event = this.#take();
      if (event.type === DOCUMENT || event.type === POP) continue;
      nodes.push(this.#node(event));
    }
    return nodes;
  }

  #take(): Event {
    const event = this.#events[this.#next];
    if (!event) throw new Error('the events of a YAML text end early');
    this.#next += 1;
    return event;
  }

  #node(event: Event): YamlNode {
    if (event.type === SCALAR) return this.#scalar(event);
    if (event.type === ALIAS) {
      const { anchorStart, anchorEnd } = event;
      this.#end = anchorEnd;
      const name = this.#text.slice(anchorStart, anchorEnd);
      return { type: 'alias', start: anchorStart - 1, end: anchorEnd, anchor: undefined, name };
    }
    if (event.type !== SEQUENCE && event.type !== MAPPING)
      throw new Error(`no node begins with a YAML event ${event.type}`);
    const { start } = event;
    const isFlow = event.style === STYLE_OF_FLOW;
    const anchor = this.#anchorOf(event);
    if (isFlow) this.#end = start + 1;
    if (event.type === SEQUENCE) {
      const items = this.#items();
      return { type: 'list', start, end: this.#close(isFlow, ']'), isFlow, items, anchor };
    }
    const entries = this.#entries();
    return { type: 'mapping', start, end: this.#close(isFlow, '}'), isFlow, entries, anchor };
  }

  #anchorOf({
    anchorStart,
    anchorEnd,
  }: {
    readonly anchorStart: number;
    readonly anchorEnd: number;
  }): string | undefined {
    return anchorStart < 0 ? undefined : this.#text.slice(anchorStart, anchorEnd);
  }

  #items(): readonly YamlNode[] {
    const items: YamlNode[] = [];
    for (let event = this.#take(); event.type !== POP; event = this.#take()) items.push(this.#node(event));
    return items;
  }

  #entries(): readonly YamlEntry[] {
    const entries: YamlEntry[] = [];
    for (let event = this.#take(); event.type !== POP; event = this.#take()) {
      const key = this.#node(event);
      const named = key.type === 'scalar' ? `${key.value}` : '';
      this.#end = this.#behindColon(key.end);
      const value = this.#node(this.#take());
      entries.push({ key: named, start: key.start, end: this.#end, value });
    }
    return entries;
  }

  #behindColon(end: number): number {
    const colon = /^\s*:/.exec(this.#text.slice(end, end + 80));
    return colon ? end + colon[0].length : end;
  }

  #scalar(event: ScalarEvent): YamlNode {
    const anchor = this.#anchorOf(event);
    if (event.valueStart < 0) {
      if (event.anchorEnd >= 0) this.#end = event.anchorEnd;
      if (event.tagEnd >= 0) this.#end = Math.max(this.#end, event.tagEnd);
      return { type: 'scalar', start: this.#end, end: this.#end, value: null, isBlank: true, anchor };
    }
    const quote = isQuoted(event) ? 1 : 0;
    this.#end = event.valueEnd + quote;
    const value = scalarValue(this.#text, event);
    return { type: 'scalar', start: event.valueStart - quote, end: this.#end, value, isBlank: false, anchor };
  }

  /** Between the last item and its bracket there are only spaces, commas and comments. */
  #close(isFlow: boolean, bracket: string): number {
    if (!isFlow) return this.#end;
    let at = this.#end;
    while (at < this.#text.length && this.#text[at] !== bracket) {
      if (this.#text[at] === '#') at = this.#text.indexOf('\n', at);
      if (at < 0) break;
      at += 1;
    }
    this.#end = at + 1;
    return this.#end;
  }
}

function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
}

/** As Kubernetes reads what is looked at here: names, numbers and switches. */
function scalarValue(text: string, event: ScalarEvent): string | number | boolean | null {
  const value = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return value;
  if (/^(?:~|null|Null|NULL|)$/.test(value)) return null;
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  return /^-?(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}
