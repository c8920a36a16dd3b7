package vintk.score;

/**
 * One point of the spectral profile: what a single view's block of the joint kernel measures.
 *
 * @param view name of the view
 * @param measurement of its N × N block
 */
public record ViewMeasurement(String view, Measurement measurement) {}
