// TensorFlow reads this when its library is loaded, so this module comes before the one that loads it.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';

export {};
