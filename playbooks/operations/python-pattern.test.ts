import { describe, expect, it } from "vitest";
import { checkTemplate, expandTemplate, pythonPattern } from "./python-pattern.ts";
import { splitWords } from "./words.ts";

// Matches as Python's re.search finds them.
describe("patterns", () => {
  it.each([
    ["^a$", "a\n", "a"],
    ["^b", "a\nb", undefined],
    ["(?m)^b$", "a\nb\nc", "b"],
    ["a.b", "a\rb", "a\rb"],
    ["a.b", "a\nb", undefined],
    ["(?s)a.b", "a\nb", "a\nb"],
    ["(?i)ABC", "xabc", "abc"],
    ["(?P<q>['\"])x(?P=q)", "'x'", "'x'"],
    ["[]a]+", "x]a", "]a"],
    ["[^]]+", "ab]", "ab"],
    ["[[]x", "[x", "[x"],
    ["a{,2}b", "aab", "aab"],
    ["x\\Z", "x\n", undefined],
    ["\\Ax", "x", "x"],
    ["a(?#comment)b", "ab", "ab"],
    ["^\\$x", "$x", "$x"],
  ])("%s in %j", (source, text, expected) => {
    expect(pythonPattern(source).exec(text)?.[0]).toBe(expected);
  });

  it.each(["(", "[a", "(?x) a", "(a)(?(1)b)"])("refuses %s", (source) => {
    expect(() => pythonPattern(source)).toThrow();
  });

  it("expands groups", () => {
    const match = pythonPattern("(?P<k>\\w+)=(\\d)?").exec("port=");
    if (match === null) throw new Error("no match");
    expect(expandTemplate("\\1 \\g<k>\\g<2>.\\n\\\\\\$", match)).toBe("port port.\n\\\\$");
  });
});

describe("words", () => {
  it("are split as shlex does", () => {
    expect(splitWords(`a 'b c' "d \\"e\\" \\x" f\\ g '' h"i"j\n`)).toEqual(["a", "b c", 'd "e" \\x', "f g", "", "hij"]);
    expect(() => splitWords("a 'b")).toThrow("No closing quotation");
    expect(() => splitWords("a\\")).toThrow("No escaped character");
  });
});

describe("a template with what the pattern does not have", () => {
  it.each([
    ["\\2", "invalid group reference 2"],
    ["\\g<x>", "unknown group name 'x'"],
    ["\\D", "bad escape \\D"],
  ])("%s", (template, message) => {
    expect(() => checkTemplate(template, pythonPattern("(a)"))).toThrow(message);
  });

  it("is refused only for that", () => {
    expect(() => checkTemplate("\\1 \\g<n> \\n", pythonPattern("(?P<n>a)"))).not.toThrow();
  });
});
