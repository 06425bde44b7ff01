import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/actions/metrics.ts';

/** What the dashboard and the alerts ask for exists under that name, and each alert says what to do. */

const root = path.resolve(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const metrics = await createMetrics().registry.getMetricsAsJSON();
const names = new Set(
  metrics.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);
const explained = textOf('docs/operations.md');
const asked = (text: string): string[] => [...new Set(text.match(/\bassent_[a-z_]+/g))];

it.each(['ops/alerts.yml', 'ops/grafana-dashboard.json'])('%s asks for metrics that exist', (file) => {
  const wanted = asked(textOf(file));
  expect(wanted.length).toBeGreaterThan(5);
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

it('the dashboard is JSON with a query in each panel', () => {
  const { panels } = JSON.parse(textOf('ops/grafana-dashboard.json'));
  expect(panels.length).toBeGreaterThan(10);
  for (const { targets } of panels) expect(asked(targets[0].expr)).toHaveLength(1);
});

it('each alert has a part of its name in docs/operations.md', () => {
  const alerts = [...textOf('ops/alerts.yml').matchAll(/- alert: (\w+)/g)].map((match) => match[1]);
  const sections = [...explained.matchAll(/^### (Assent\w+)$/gm)].map((match) => match[1]);
  expect(alerts.length).toBeGreaterThan(5);
  expect(sections.toSorted()).toEqual(alerts.toSorted());
});

it('docs/operations.md says what each metric is', () => {
  const told = new Set(Array.from(explained.matchAll(/`(assent_\w+)[`{]/g), (match) => match[1]));
  const ours = metrics.flatMap(({ name }) => (name.startsWith('assent_') ? [name] : []));
  expect(ours.length).toBeGreaterThan(15);
  expect(ours.filter((name) => !told.has(name))).toEqual([]);
});
