import type { InventoryData } from "./inventory-data.ts";
import type { SourceReader } from "./source-reader.ts";

/** One way a source may be written. Ansible tries those enabled in order, and takes the first that can read it. */
export interface SourceKind {
  /** Ansible's name for it: `ini`, `yaml`, … */
  readonly name: string;
  /** Whether a source (an absolute path, or a list with commas) may be of this kind at all. */
  accepts(path: string): Promise<boolean>;
  /** Adds what the source says to `data`; rejects with an error naming the line where it cannot be read. */
  read(source: SourceReader, data: InventoryData): Promise<void>;
}
