/** Letters of chattr(1) by the names the original gives them. */
const NAMES: Readonly<Record<string, string>> = {
  A: "noatime",
  a: "append",
  c: "compressed",
  C: "nocow",
  d: "nodump",
  D: "dirsync",
  e: "extents",
  E: "encrypted",
  h: "blocksize",
  i: "immutable",
  I: "indexed",
  j: "journalled",
  N: "inline",
  s: "zero",
  S: "synchronous",
  t: "notail",
  T: "blockroot",
  u: "undelete",
  X: "compressedraw",
  Z: "compresseddirty",
};

export function attributeNames(letters: string): string[] {
  return [...letters].flatMap((letter) => NAMES[letter] ?? []);
}
