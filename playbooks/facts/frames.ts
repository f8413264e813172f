/** A part of a section's output that the section itself marked: `@@ WORD…`, lines, and perhaps `@@ end STATUS`. */
export interface Frame {
  readonly words: readonly string[];
  readonly lines: readonly string[];
  /** Status of the command whose output this is; null when the frame was not closed. */
  readonly status: number | null;
}

/** The frames in `lines`, in order; what stands outside of any is left out. */
export function framesOf(lines: readonly string[]): Frame[] {
  const frames: { words: string[]; lines: string[]; status: number | null }[] = [];
  let open = false;
  for (const line of lines) {
    const words = line.startsWith("@@ ") ? line.slice(3).trim().split(/\s+/) : null;
    const last = frames.at(-1);
    if (words === null) {
      if (open) last?.lines.push(line);
    } else if (words[0] === "end") {
      if (open && last !== undefined && /^\d{1,3}$/.test(words[1] ?? "")) last.status = Number(words[1]);
      open = false;
    } else {
      frames.push({ words, lines: [], status: null });
      open = true;
    }
  }
  return frames;
}

/** Frames by their first two words (`blkid sda`), in order; for parsers that look up one frame for each of many things. */
export type FrameIndex = ReadonlyMap<string, readonly Frame[]>;

export function indexedFrames(lines: readonly string[]): FrameIndex {
  const index = new Map<string, Frame[]>();
  for (const frame of framesOf(lines)) {
    const key = frame.words.slice(0, 2).join(" ");
    const known = index.get(key);
    if (known === undefined) index.set(key, [frame]);
    else known.push(frame);
  }
  return index;
}

/** The first frame of that name; undefined when it was never printed. */
export function frameOf(frames: readonly Frame[], ...words: readonly string[]): Frame | undefined {
  return frames.find((frame) => words.every((word, index) => frame.words[index] === word));
}
