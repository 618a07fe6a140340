export * from '@petagrad/formats'
export * from '@petagrad/nn'
export * from '@petagrad/tensor'
export { PetagradError, type ErrorCode, type ErrorDetails } from '@petagrad/ir/graph'
export {
  compileProfile, configure, createRuntime, defaultRuntime, flushProfile, setDefaultRuntime, settings, traceJSON,
  type Backend, type BackendLoader, type BackendSource, type CompileProfile, type DeviceReport, type KernelProfile,
  type KernelTuning, type PassProfile, type Runtime, type RuntimeOptions, type RuntimeStatistics, type ScheduleFile, type ScheduleSource,
  type SettingChanges, type Settings, type TunedSchedule, type TunedSchedules, type TuningOptions, type TuningReport,
} from '@petagrad/runtime'
