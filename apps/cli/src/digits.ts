/** What of the demo runs in a browser as well: the network, its training, its batches. */
export { pixels, plainBatch, side, split, trainingBatch, type Batch, type Digits, type Split } from './demo/data.js'
export { DigitNet } from './demo/model.js'
export { learningRate, recipe } from './demo/recipe.js'
export { createTraining, type Training, type TrainingOptions } from './demo/training.js'
