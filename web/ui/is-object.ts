/** Whether something from outside (storage, another window, the network) is an object or a list, to look into. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
