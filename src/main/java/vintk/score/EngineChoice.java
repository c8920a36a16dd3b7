package vintk.score;

/**
 * Which engine computed the per-sample gradients.
 *
 * @param engine {@code batched} or {@code per-sample}
 * @param reason why this one, such as "batch axis followed through all nodes"
 */
public record EngineChoice(String engine, String reason) {}
