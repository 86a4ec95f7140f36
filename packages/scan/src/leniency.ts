/** Paths whose connections are not the project's own: they are reported, but as notes. */
const LENIENT: readonly (readonly [why: string, pattern: RegExp])[] = [
  [
    'test fixture',
    /(?:^|\/)(?:(?:(?:integration|unit|functional|acceptance|system|smoke|e2e|api|component|contract)[-_])?tests?(?:[-_](?:utils?|helpers?|support|fixtures?|setup|data))?|__tests__|specs?|e2e|fixtures?|__fixtures__|testdata|mocks?|__mocks__)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)test_\w+\.py$|(?:^|\/)(?:jest|vitest|cypress|playwright)\.[\w.-]+$|(?:^|\/)\.env\.(?:test|testing|ci)$/i,
  ],
  ['documentation', /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|html?)$/i],
]

/** Why a path is treated leniently; undefined where it is not. */
export const lenientPath = (path: string): string | undefined =>
  LENIENT.find(([, pattern]) => pattern.test(path))?.[0]
