import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, newFrameMarks } from "./frame.ts";

function read(marks: { begin: string; end: string }, stream: Buffer, cuts: readonly number[]) {
  const chunks: Buffer[] = [];
  const reader = new FrameReader(marks, (chunk) => chunks.push(Buffer.from(chunk)));
  const points = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  );
  for (let index = 1; index < points.length; index++) reader.push(stream.subarray(points[index - 1], points[index]));
  return { output: Buffer.concat(chunks), trailer: reader.trailer };
}

test("any bytes between the marks come out whole, however the stream is cut", () => {
  const marks = newFrameMarks();
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), fc.array(fc.nat(500)), (before, inside, cuts) => {
      const stream = Buffer.concat([before, Buffer.from(marks.begin), inside, Buffer.from(`${marks.end}17\nlate`)]);
      const { output, trailer } = read(marks, stream, cuts);
      expect(output.equals(Buffer.from(inside))).toBe(true);
      expect(trailer).toBe("17");
    }),
  );
});

test("without an end mark what was held back is given by flush", () => {
  const marks = newFrameMarks();
  const chunks: Buffer[] = [];
  const reader = new FrameReader(marks, (chunk) => chunks.push(Buffer.from(chunk)));
  reader.push(Buffer.from(`${marks.begin}abc${marks.end.slice(0, 5)}`));
  expect(Buffer.concat(chunks).toString()).toBe("abc");
  reader.flush();
  expect(Buffer.concat(chunks).toString()).toBe(`abc${marks.end.slice(0, 5)}`);
  expect(reader.trailer).toBeUndefined();
});

test("another frame's marks are plain output", () => {
  const marks = newFrameMarks();
  const other = newFrameMarks();
  const { output } = read(marks, Buffer.from(`${marks.begin}${other.end}0\n${other.begin}${marks.end}0\n`), []);
  expect(output.toString()).toBe(`${other.end}0\n${other.begin}`);
});
