import { EVENT_ID, type Event, getScalarValue, parseEvents } from "js-yaml";

/** A place in a text, both counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/**
 * Where the value at `path` (keys and list indexes) stands in the first document of a YAML text: at its key in a mapping,
 * at its item in a list. What is not there, or lies behind an alias, is given as its nearest container that is there.
 * The text must be readable as YAML; otherwise the start of the text is returned.
 */
export function locate(text: string, path: readonly (string | number)[]): TextPlace {
  let events: readonly Event[];
  try {
    events = parseEvents(text, {});
  } catch {
    return { line: 1, column: 1 };
  }
  const reader = { text, events, at: 1 };
  return placeOf(text, find(reader, path.map(String), offsetOf(events[1]) ?? 0));
}

interface Reader {
  readonly text: string;
  readonly events: readonly Event[];
  at: number;
}

/** Offset of the value at `path` below the node the reader stands on; `best` is the nearest offset known so far. */
function find(reader: Reader, path: readonly string[], best: number): number {
  const [wanted, ...rest] = path;
  const node = reader.events[reader.at];
  if (wanted === undefined || node === undefined) return best;
  if (node.type !== EVENT_ID.MAPPING && node.type !== EVENT_ID.SEQUENCE) return best;
  reader.at += 1;
  for (let index = 0; !closes(reader.events[reader.at]); index++) {
    const head = reader.events[reader.at];
    const key = node.type === EVENT_ID.SEQUENCE ? String(index) : keyOf(reader.text, head);
    if (node.type === EVENT_ID.MAPPING) skip(reader);
    if (key === wanted) return find(reader, rest, offsetOf(head) ?? offsetOf(reader.events[reader.at]) ?? best);
    skip(reader);
  }
  return best;
}

function closes(event: Event | undefined): boolean {
  return event === undefined || event.type === EVENT_ID.POP;
}

function keyOf(text: string, event: Event | undefined): string | undefined {
  return event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : undefined;
}

/** Moves the reader past one whole node. */
function skip(reader: Reader): void {
  let depth = 0;
  do {
    const event = reader.events[reader.at];
    if (event === undefined) return;
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) depth += 1;
    if (event.type === EVENT_ID.POP) depth -= 1;
    reader.at += 1;
  } while (depth > 0);
}

function offsetOf(event: Event | undefined): number | undefined {
  if (event === undefined) return undefined;
  let offset = -1;
  if (event.type === EVENT_ID.SCALAR) offset = event.valueStart;
  else if (event.type === EVENT_ID.ALIAS) offset = event.anchorStart;
  else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) offset = event.start;
  return offset < 0 ? undefined : offset;
}

function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
