import tseslint from 'typescript-eslint';

// pcf-scripts lints before it builds and demands a configuration; the repository's own rules are Biome's.
export default tseslint.config(tseslint.configs.recommended, { ignores: ['**/generated/**'] });
