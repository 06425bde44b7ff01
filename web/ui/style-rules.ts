import type { createDOMRenderer, Theme } from '@fluentui/react-components';

type Renderer = ReturnType<typeof createDOMRenderer>;

/** The design tokens' values. */
export type Themes = { light: Theme; dark: Theme };

/**
 * Hands Fluent UI's rules to its renderer, as its modules would while they run. The build writes them into one file,
 * which the page names (`scripts/web-styles.ts`), and answers the themes that stand in it too. Throws where they cannot
 * be had: without them no page can be read.
 */
export async function putStyleRules(renderer: Renderer): Promise<Themes> {
  const address = document.querySelector<HTMLLinkElement>('#style-rules')?.href;
  if (address === undefined) throw new Error('index.html names no style rules');
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  const { rules, themes } = await answer.json();
  renderer.insertCSSRules(rules);
  return themes;
}
