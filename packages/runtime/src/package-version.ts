/** Of all Petagrad packages, which are released together; part of every disk cache key. */
export const PACKAGE_VERSION = '0.1.0'
