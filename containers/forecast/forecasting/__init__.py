"""The forecast task's models: NeuralProphet and statsforecast behind one signature."""
