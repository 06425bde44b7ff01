import { dictionary } from '@zxcvbn-ts/language-common';

/** 49,000 passwords from leaks, lower case. Loaded with the process: it takes 50 ms and then 5 MB. */
const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common']);

export const isCommonPassword = (text: string): boolean => COMMON.has(text);
