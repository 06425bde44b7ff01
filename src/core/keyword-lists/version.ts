/**
 * Kept with each decision, so that it can be explained and run again. A new value whenever a list changes:
 * `versions.json` holds the digest of every version, and a test compares.
 */
export const KEYWORD_LIST_VERSION = '2026-11-24.1';
