import eslint from '@eslint/js'
import tseslint from 'typescript-eslint'

const nodeGlobals = ['process', 'console', 'URL', 'Buffer', 'setTimeout', 'clearTimeout', 'performance']

// Types are checked by `npm run types`; these are the laws of docs/contributing.md that a parser can see.
export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/generated/**', 'demo-output/**', '**/.turbo/**'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/ban-ts-comment': 'error',
      // An empty class or function body is a value like any other here: `() => {}`.
      '@typescript-eslint/no-empty-function': 'off',
      // `delete process.env[name]` is how a test takes a variable away.
      '@typescript-eslint/no-dynamic-delete': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      'no-restricted-syntax': [
        'error',
        { selector: "MemberExpression[object.name='describe'][property.name='only']", message: 'A test file runs whole.' },
        { selector: "CallExpression[callee.name=/^(it|test)$/] MemberExpression[property.name='only']", message: 'A test file runs whole.' },
      ],
    },
  },
  {
    // Tables of cases read best one case a line.
    files: ['**/test/**', 'tests/**', 'packages/testing/**'],
    rules: { 'max-len': ['error', { code: 180, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }] },
  },
  {
    files: ['**/worker.js', '**/fork-join.js'],
    languageOptions: { globals: { self: 'readonly', WebAssembly: 'readonly', TextEncoder: 'readonly', TextDecoder: 'readonly' } },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map(name => [name, 'readonly'])) },
  },
)
