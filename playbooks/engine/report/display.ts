import { colored, type Palette, type Tone } from "./colors.ts";
import { textWidth } from "./text-width.ts";

export interface DisplayOptions {
  /** Columns that a banner fills. */
  readonly columns: number;
  /** Colours, where the output is to have them. */
  readonly palette: Palette | undefined;
  readonly verbosity: number;
  readonly isVerboseToStderr: boolean;
  readonly showsDeprecations: boolean;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Writes lines as Ansible writes them: colours, banners of stars, and complaints on the error output, each of them once. */
export class Display {
  readonly verbosity: number;
  readonly #options: DisplayOptions;
  readonly #told = new Set<string>();

  constructor(options: DisplayOptions) {
    this.#options = options;
    this.verbosity = options.verbosity;
  }

  /** One message and the end of its line, which it may bring itself. */
  show(message: string, tone?: Tone, isError = false): void {
    const text = message.replaceAll("\r\n", "\n").replace(/\n$/, "");
    const { out, error } = this.#options;
    (isError ? error : out)(`${this.color(text, tone)}\n`);
  }

  color(text: string, tone: Tone | undefined): string {
    const { palette } = this.#options;
    return palette === undefined || tone === undefined ? text : colored(text, palette[tone]);
  }

  get hasColors(): boolean {
    return this.#options.palette !== undefined;
  }

  banner(title: string): void {
    const text = title.trim();
    this.show(`\n${text} ${"*".repeat(Math.max(3, this.#options.columns - textWidth(text)))}`);
  }

  /** Told from that many `-v` on. */
  verbose(level: number, message: string): void {
    if (this.verbosity >= level) this.show(message, "verbose", this.#options.isVerboseToStderr);
  }

  warning(message: string): void {
    this.#once(`[WARNING]: ${complaint(message)}`, "warn");
  }

  deprecated(message: string): void {
    if (!this.#options.showsDeprecations) return;
    this.warning("Deprecation warnings can be disabled by setting `deprecation_warnings=False` in ansible.cfg.");
    this.#once(`[DEPRECATION WARNING]: ${complaint(message)}`, "deprecate");
  }

  error(message: string, isOnStderr = true): void {
    this.#once(`[ERROR]: ${complaint(message)}`, "error", isOnStderr);
  }

  #once(text: string, tone: Tone, isError = true): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.show(text, tone, isError);
  }
}

/** A complaint of several lines has an empty line behind it. */
function complaint(message: string): string {
  const text = message.trim();
  return text.includes("\n") ? `${text}\n\n` : `${text}\n`;
}
