import type { JSXAttribute, Node } from 'oxc-parser';
import { isTest, type Module, place, readModules, visit } from '../architecture/modules.ts';

/** A key as a source names it. */
export interface UsedKey {
  /** `chat:box.send`; a `*` where data decides a part of a step. */
  key: string;
  where: string;
}

/**
 * Every key that the pages name: `t('…')`, `translate('ns:…')`, `i18nKey="…"`. A choice of two texts counts as both, a
 * template as its fixed parts. Other texts that are a key, in a table say, count where the module has them so.
 */
export function usedKeys(isKey: (key: string) => boolean): UsedKey[] {
  return screens().flatMap((module) => keysIn(module, isKey));
}

export const screens = (): Module[] =>
  readModules().filter(({ path }) => path.startsWith('web/') && !isTest(path));

function keysIn(module: Module, isKey: (key: string) => boolean): UsedKey[] {
  const found: UsedKey[] = [];
  const namespaces = namespacesOf(module);
  const add = (node: Node | null | undefined) => {
    for (const text of textsOf(node)) {
      const start = node?.start ?? 0;
      found.push({ key: qualified(text, namespaces, isKey), where: place(module, { start }) });
    }
  };
  const strings = new Set<string>();
  visit(module.program, {
    CallExpression({ callee, arguments: given }) {
      const name = callee.type === 'Identifier' ? callee.name : '';
      if (/^(t|translate|tServer)$/.test(name)) add(given[0]);
    },
    JSXAttribute(attribute: JSXAttribute) {
      if (attribute.name.type !== 'JSXIdentifier' || attribute.name.name !== 'i18nKey') return;
      const { value } = attribute;
      add(value?.type === 'JSXExpressionContainer' ? (value.expression as Node) : value);
    },
    Literal({ value }) {
      if (typeof value === 'string' && /^[\w-]+(:|\.)[\w.-]+$/.test(value)) strings.add(value);
    },
  });
  for (const text of strings) {
    const key = qualified(text, namespaces, isKey);
    if (isKey(key)) found.push({ key, where: module.path });
  }
  return found;
}

/** The namespaces of the module's `useTranslation('…')`; `ui` where it names none. */
function namespacesOf(module: Module): string[] {
  const found = new Set<string>();
  visit(module.program, {
    CallExpression({ callee, arguments: given }) {
      const [first] = given;
      if (callee.type !== 'Identifier' || callee.name !== 'useTranslation') return;
      if (first?.type === 'Literal' && typeof first.value === 'string') found.add(first.value);
      if (first?.type === 'ArrayExpression')
        for (const one of first.elements)
          if (one?.type === 'Literal' && typeof one.value === 'string') found.add(one.value);
    },
    // `t` handed over: `TFunction<'chat'>`.
    TSTypeReference({ typeName, typeArguments }) {
      if (typeName.type !== 'Identifier' || typeName.name !== 'TFunction') return;
      for (const one of typeArguments?.params ?? [])
        if (one.type === 'TSLiteralType' && one.literal.type === 'Literal')
          found.add(String(one.literal.value));
    },
  });
  return found.size === 0 ? ['ui'] : [...found];
}

function qualified(key: string, namespaces: string[], isKey: (key: string) => boolean): string {
  if (/^[\w-]+:/.test(key)) return key;
  const all = namespaces.map((namespace) => `${namespace}:${key}`);
  return all.find(isKey) ?? all[0] ?? key;
}

function textsOf(node: Node | null | undefined): string[] {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : [];
    case 'ConditionalExpression':
      return [...textsOf(node.consequent), ...textsOf(node.alternate)];
    case 'LogicalExpression':
      return [...textsOf(node.left), ...textsOf(node.right)];
    case 'TemplateLiteral':
      return [node.quasis.map((quasi) => quasi.value.raw).join('*')];
    case 'TSAsExpression':
      return textsOf(node.expression);
    default:
      return [];
  }
}
