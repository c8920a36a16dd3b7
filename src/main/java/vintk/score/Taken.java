package vintk.score;

/**
 * What a score takes of a model.
 *
 * @param output that was differentiated
 * @param sample the shape of one sample of its input, as [3x224x224]
 */
public record Taken(String output, String sample) {}
