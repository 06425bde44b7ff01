/** What the guided fuzzer may be pointed at: one entry point that takes bytes. Each file of `targets` exports one as `target`. */
export interface Target {
  /** Files whose code is to be reached: what their paths below the root begin with. */
  under: readonly string[];
  /** Inputs to begin with; what reaches nothing new is not kept. */
  seeds: readonly (string | Uint8Array)[];
  open(): Promise<Entry>;
}

export interface Entry {
  /** Throws for what is a finding; what the product refuses as it should is none. */
  run(input: Buffer): void | Promise<void>;
  /** Back to the state of the beginning, for an entry that keeps one. */
  reset?(): void;
  close?(): Promise<void>;
}
