export * from './layout.js'
export { openLibrary, provider, type Provider, type ProviderName } from './provider.js'
export {
  LibraryError, type ArgumentOf, type AsyncNativeFunction, type Library, type NativeFunction, type NativeType, type Pointer, type ResultOf,
  type Signature, type Signatures,
} from './types.js'
