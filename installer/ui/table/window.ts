/** The part of a list of `count` lines to show in `height` lines so that line `at` is among them: `[first, end)`. */
export function visibleWindow(count: number, at: number, height: number): readonly [number, number] {
  if (count <= height) return [0, count];
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), count - height));
  return [first, first + height];
}
