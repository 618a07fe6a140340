export * from './contract.js'
export * from './default-runtime.js'
export { configure, settings, type SettingChanges, type Settings } from './settings.js'
