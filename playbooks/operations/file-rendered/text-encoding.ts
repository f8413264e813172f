/**
 * `text` in an encoding by any name that Python and the web share (`utf-8`, `latin1`, `windows-1252`, `koi8-r`…). Throws a
 * plain Error for an unknown name and for characters that the encoding lacks.
 */
export function encodeText(text: string, encoding: string): Buffer {
  const name = encoding.toLowerCase().replaceAll("_", "-");
  if (/^utf-?8$/.test(name)) return Buffer.from(text, "utf8");
  if (/^utf-?16-?le$/.test(name)) return Buffer.from(text, "utf16le");
  if (/^utf-?16-?be$/.test(name)) return Buffer.from(text, "utf16le").swap16();
  // Python's utf-16 begins with a byte order mark.
  if (/^utf-?16$/.test(name)) return Buffer.from(`\ufeff${text}`, "utf16le");
  const bytes = singleBytes(encoding, name);
  const encoded = Buffer.alloc([...text].length);
  let length = 0;
  for (const character of text) {
    const byte = bytes.get(character);
    if (byte === undefined) {
      throw new Error(`'${encoding}' codec can't encode character '${character}' in position ${length}`);
    }
    encoded[length++] = byte;
  }
  return encoded;
}

/** Characters of an encoding that spends one byte on each, found by decoding every byte. */
function singleBytes(encoding: string, name: string): ReadonlyMap<string, number> {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  if (/^(latin-?1|iso-?8859-1|l1)$/.test(name)) return characters(all.toString("latin1"));
  if (/^(us-?)?ascii$/.test(name)) return characters(all.subarray(0, 128).toString("latin1"));
  let text: string;
  try {
    text = new TextDecoder(name.replace(/^cp(125\d)$/, "windows-$1")).decode(all);
  } catch {
    throw new Error(`unknown encoding: ${encoding}`);
  }
  if ([...text].length !== 256) throw new Error(`the encoding ${encoding} is not supported`);
  return characters(text);
}

function characters(text: string): ReadonlyMap<string, number> {
  return new Map([...text].map((character, byte): [string, number] => [character, byte]));
}
