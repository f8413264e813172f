const MAX_PROCESSORS = 8_192;

/** The kernel's list format (`0-3,8`) as numbers; null when it is empty, malformed or absurd. */
export function cpuList(text: string | null | undefined): number[] | null {
  const numbers: number[] = [];
  for (const part of (text ?? "").trim().split(",")) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (match?.[1] === undefined) return null;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first || numbers.length + (last - first) >= MAX_PROCESSORS) return null;
    for (let number = first; number <= last; number++) numbers.push(number);
  }
  return numbers;
}
