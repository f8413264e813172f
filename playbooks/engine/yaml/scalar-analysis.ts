/** What libyaml finds out about a text before it chooses how to write it (emitter.c, yaml_emitter_analyze_scalar). */
export interface ScalarAnalysis {
  readonly isMultiline: boolean;
  readonly allowsPlain: boolean;
  readonly allowsSingleQuotes: boolean;
  readonly allowsBlock: boolean;
}

/** Analyses a text that is to stand outside of brackets. */
export function analyzeScalar(text: string): ScalarAnalysis {
  if (text === "") return { isMultiline: false, allowsPlain: true, allowsSingleQuotes: true, allowsBlock: false };
  const isMultiline = /[\r\n\x85\u2028\u2029]/.test(text);
  const isSpecial = [...text].some((char) => !isPrintable(char));
  const hasSpaceBreak = / [\r\n\x85\u2028\u2029]/.test(text);
  const hasBreakSpace = /[\r\n\x85\u2028\u2029] /.test(text);
  const hasEdges = /^[ \r\n\x85\u2028\u2029]|[ \r\n\x85\u2028\u2029]$/.test(text);
  const hasIndicators =
    /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t\r\n\x85\u2028\u2029]|$))/.test(text) ||
    /:(?:[ \t\r\n\x85\u2028\u2029]|$)/.test(text) ||
    /[ \t\r\n\x85\u2028\u2029]#/.test(text);
  const isHard = hasSpaceBreak || isSpecial;
  return {
    isMultiline,
    allowsPlain: !isHard && !hasBreakSpace && !hasEdges && !hasIndicators && !isMultiline,
    allowsSingleQuotes: !isHard && !hasBreakSpace,
    allowsBlock: !isHard && !text.endsWith(" "),
  };
}

/** Whether libyaml takes a character for printable: no tab, and nothing beyond the first plane. */
export function isPrintable(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true;
  return code >= 0xa0 && code <= 0xfffd && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff);
}

export function isBreak(char: string): boolean {
  return /^[\r\n\x85\u2028\u2029]$/.test(char);
}

// The patterns are those of PyYAML's resolver.py: what is read back as something else than text.
const RESOLVED = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^(?:<<)$/,
  /^(?:~|null|Null|NULL|)$/,
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/,
  /^(?:=)$/,
];

/** Whether a bare text would be read back as the same text. */
export function readsAsText(text: string): boolean {
  return !RESOLVED.some((pattern) => pattern.test(text));
}
