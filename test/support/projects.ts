/**
 * The tests that load register, which guards the drivers of its process for good: each has a process of its
 * own, all others share theirs. A law in test/repo.test.ts sees that none is missing.
 */
export const REGISTER: string[] = ['test/register/**/*.test.ts', 'test/repo.test.ts']
