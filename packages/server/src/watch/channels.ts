/** The `node:diagnostics_channel` on which every {@link WatchEvent} is published, too. */
export const WATCH_CHANNEL = 'verify-full:watch'

/** The `node:diagnostics_channel` on which every {@link Look} is published, whatever it found. */
export const LOOK_CHANNEL = 'verify-full:look'
