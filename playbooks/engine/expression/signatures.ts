import { ExpressionError } from "./errors.ts";

/** What filters take after their input: names in order, `?` for those that may be left out, `*` and `**` for any more. */
export const FILTER_SIGNATURES: Readonly<Record<string, string>> = {
  abs: "",
  attr: "name",
  b64decode: "encoding? urlsafe?",
  b64encode: "encoding? urlsafe?",
  batch: "linecount fill_with?",
  bool: "",
  capitalize: "",
  center: "width?",
  checksum: "hash_func?",
  combinations: "r",
  comment: "style? **",
  commonpath: "",
  count: "",
  d: "default_value? boolean?",
  default: "default_value? boolean?",
  dict2items: "key_name? value_name?",
  dictsort: "case_sensitive? by? reverse?",
  difference: "b",
  e: "",
  escape: "",
  extract: "container morekeys?",
  fileglob: "",
  filesizeformat: "binary?",
  first: "",
  flatten: "levels? skip_nulls?",
  float: "default?",
  forceescape: "",
  from_json: "profile? **",
  from_yaml: "",
  from_yaml_all: "",
  groupby: "attribute default? case_sensitive?",
  hash: "hashtype?",
  human_readable: "isbits? unit?",
  human_to_bytes: "default_unit? isbits?",
  indent: "width? first? blank?",
  int: "default? base?",
  intersect: "b",
  items: "",
  items2dict: "key_name? value_name?",
  join: "d? attribute?",
  last: "",
  length: "",
  list: "",
  log: "base?",
  lower: "",
  mandatory: "msg?",
  max: "case_sensitive? attribute?",
  md5: "",
  min: "case_sensitive? attribute?",
  password_hash: "hashtype? salt? salt_size? rounds? ident?",
  path_join: "",
  permutations: "r?",
  pow: "y",
  pprint: "",
  quote: "",
  random: "start? step? seed?",
  regex_escape: "re_type?",
  regex_findall: "regex multiline? ignorecase?",
  regex_replace: "pattern? replacement? ignorecase? multiline? count? mandatory_count?",
  regex_search: "regex * **",
  rekey_on_member: "key duplicates?",
  replace: "old new count?",
  reverse: "",
  root: "base?",
  round: "precision? method?",
  safe: "",
  sha1: "hash_func?",
  shuffle: "seed?",
  slice: "slices fill_with?",
  sort: "reverse? case_sensitive? attribute?",
  strftime: "second? utc?",
  string: "",
  striptags: "",
  subelements: "subelements skip_missing?",
  sum: "attribute? start?",
  symmetric_difference: "b",
  ternary: "true_val false_val none_val?",
  title: "",
  to_datetime: "format?",
  to_json: "profile? vault_to_text? preprocess_unsafe? **",
  to_nice_json: "indent? sort_keys? **",
  to_uuid: "namespace?",
  tojson: "indent?",
  trim: "chars?",
  truncate: "length? killwords? end? leeway?",
  type_debug: "",
  union: "b",
  unique: "case_sensitive? attribute?",
  unvault: "secret vault_id? vaultid?",
  upper: "",
  urldecode: "encoding? errors?",
  urlencode: "",
  urlize: "trim_url_limit? nofollow? target? rel? extra_schemes?",
  urlsplit: "query? alias?",
  vault: "secret salt? vault_id? wrap_object? vaultid?",
  wordcount: "",
  wordwrap: "width? break_long_words? wrapstring? break_on_hyphens?",
  xmlattr: "autospace?",
};

/** The same for tests. */
export const TEST_SIGNATURES: Readonly<Record<string, string>> = {
  "!=": "b",
  "<": "b",
  "<=": "b",
  "==": "b",
  ">": "b",
  ">=": "b",
  abs: "",
  all: "",
  any: "",
  boolean: "",
  callable: "",
  change: "",
  changed: "",
  contains: "value",
  defined: "",
  directory: "",
  divisibleby: "num",
  eq: "b",
  equalto: "b",
  escaped: "",
  even: "",
  exists: "",
  failed: "",
  failure: "",
  false: "",
  falsy: "convert_bool?",
  file: "",
  filter: "",
  finished: "",
  float: "",
  ge: "b",
  greaterthan: "b",
  gt: "b",
  in: "seq",
  integer: "",
  is_abs: "",
  is_dir: "",
  is_file: "",
  is_link: "",
  is_mount: "",
  is_same_file: "f2",
  isnan: "",
  issubset: "b",
  issuperset: "b",
  iterable: "",
  le: "b",
  lessthan: "b",
  link: "",
  link_exists: "",
  lower: "",
  lt: "b",
  mapping: "",
  match: "pattern? ignorecase? multiline?",
  mount: "",
  nan: "",
  ne: "b",
  none: "",
  number: "",
  odd: "",
  reachable: "",
  regex: "pattern? ignorecase? multiline? match_type?",
  same_file: "f2",
  sameas: "other",
  search: "pattern? ignorecase? multiline?",
  sequence: "",
  skip: "",
  skipped: "",
  started: "",
  string: "",
  subset: "b",
  succeeded: "",
  success: "",
  successful: "",
  superset: "b",
  test: "",
  timedout: "",
  true: "",
  truthy: "convert_bool?",
  undefined: "",
  unreachable: "",
  upper: "",
  uri: "schemes?",
  url: "schemes?",
  urn: "",
  vault_encrypted: "",
  vaulted_file: "",
  version: "version operator? strict? version_type?",
  version_compare: "version operator? strict? version_type?",
};

interface Signature {
  readonly names: readonly string[];
  readonly required: number;
  readonly takesMore: boolean;
  readonly takesNamed: boolean;
}

const read = new Map<string, Signature>();

function signatureOf(text: string): Signature {
  let known = read.get(text);
  if (known === undefined) {
    const words = text.split(" ").filter((word) => word !== "");
    const names = words.filter((word) => !word.startsWith("*"));
    known = {
      names: names.map((name) => name.replace("?", "")),
      required: names.filter((name) => !name.endsWith("?")).length,
      takesMore: words.includes("*"),
      takesNamed: words.includes("**"),
    };
    read.set(text, known);
  }
  return known;
}

/** Raises in Python's words where a filter or test is given too few, too many or unknown arguments. */
export function checkArguments(
  name: string,
  written: string,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
): void {
  if (written === "" && given.length === 0 && named.size === 0) return;
  const { names, required, takesMore, takesNamed } = signatureOf(written);
  if (given.length > names.length && !takesMore) {
    const count = names.length + 1;
    const bounds = required < names.length ? `from ${required + 1} to ${count}` : String(count);
    throw new ExpressionError(
      `${name}() takes ${bounds} positional argument${count === 1 ? "" : "s"} but ${given.length + 1} were given`,
    );
  }
  for (const key of named.keys()) {
    const at = names.indexOf(key);
    if (at === -1 && !takesNamed) throw new ExpressionError(`${name}() got an unexpected keyword argument '${key}'`);
    if (at !== -1 && at < given.length)
      throw new ExpressionError(`${name}() got multiple values for argument '${key}'`);
  }
  const missing = names.slice(0, required).filter((key, at) => at >= given.length && !named.has(key));
  if (missing.length === 0) return;
  const list = missing.map((key) => `'${key}'`).join(" and ");
  throw new ExpressionError(
    `${name}() missing ${missing.length} required positional argument${missing.length === 1 ? "" : "s"}: ${list}`,
  );
}
