import { checkCount } from "./argument-count.ts";

type Judgement = (text: string, given: readonly unknown[]) => boolean;

const judge =
  (name: string, pattern: RegExp): Judgement =>
  (text, given) => {
    checkCount(`str.${name}`, given, 0);
    return pattern.test(text);
  };

/** The methods of a str that say what it is made of. */
export const textJudgements: Readonly<Record<string, Judgement>> = {
  isdigit: judge("isdigit", /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]+$/u),
  isdecimal: judge("isdecimal", /^\p{Nd}+$/u),
  isnumeric: judge("isnumeric", /^\p{N}+$/u),
  isalpha: judge("isalpha", /^\p{L}+$/u),
  isalnum: judge("isalnum", /^[\p{L}\p{N}]+$/u),
  isspace: judge("isspace", /^[\s\u001c-\u001f\u0085]+$/u),
  isupper: (text) => /\p{Lu}/u.test(text) && !/[\p{Ll}\p{Lt}]/u.test(text),
  islower: (text) => /\p{Ll}/u.test(text) && !/[\p{Lu}\p{Lt}]/u.test(text),
  istitle: (text) =>
    /[\p{Lu}\p{Lt}]/u.test(text) &&
    !/(?<![\p{Lu}\p{Ll}\p{Lt}])\p{Ll}|(?<=[\p{Lu}\p{Ll}\p{Lt}])[\p{Lu}\p{Lt}]/u.test(text),
  isidentifier: judge("isidentifier", /^[\p{XID_Start}_]\p{XID_Continue}*$/u),
  isprintable: judge("isprintable", /^(?:[^\p{C}\p{Z}]| )*$/u),
  isascii: judge("isascii", /^[\u0000-\u007f]*$/),
};
