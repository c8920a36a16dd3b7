package vintk.rank;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import vintk.space.Sha256;

/**
 * How well the scores of a study agree with trained accuracies, and how well mere size does.
 *
 * <p>Results and truth are joined by model id. All predictors are judged on the same models: those with a ViNTK score and with
 * truth. A predictor that some of these models lack says its smaller n. Scores are turned so that higher is better (the sign
 * of a statistic of which lower is better is changed), so a positive coefficient is always agreement.
 *
 * @param column of the truth
 * @param matched number of models with a score and with truth
 * @param unscored ids with truth but without a score, sorted; the results say why
 * @param withoutTruth ids of results that the truth does not know, sorted
 * @param withoutResult ids of the truth that have no result, sorted
 * @param correlations of {@code vintk}, {@code ntk}, {@code params} and {@code macs}, in this order
 */
public record Agreement(
        String column,
        int matched,
        List<String> unscored,
        List<String> withoutTruth,
        List<String> withoutResult,
        List<Correlation> correlations) {

    /**
     * Joins and correlates.
     *
     * @param seed of the bootstrap
     * @throws IllegalArgumentException if two results have one id or statistics differ, or if no model has both score and truth
     */
    public static Agreement of(List<ScoredModel> models, Truth truth, long seed) {
        TreeMap<String, ScoredModel> byId = new TreeMap<>();
        for (ScoredModel model : models) {
            if (byId.put(model.id(), model) != null) {
                throw new IllegalArgumentException(
                        "Two results have the id '%s': remove one, or correlate them apart".formatted(model.id()));
            }
            ScoredModel first = models.get(0);
            if (model.statistic() != first.statistic()) {
                throw new IllegalArgumentException(
                        "Expected results of one statistic, got %s for %s and %s for %s: correlate them apart"
                                .formatted(
                                        first.statistic().id(),
                                        first.id(),
                                        model.statistic().id(),
                                        model.id()));
            }
        }
        List<ScoredModel> matched = new ArrayList<>();
        List<String> unscored = new ArrayList<>();
        List<String> withoutTruth = new ArrayList<>();
        for (ScoredModel model : byId.values()) {
            if (!truth.values().containsKey(model.id())) {
                withoutTruth.add(model.id());
            } else if (model.vintk().isEmpty()) {
                unscored.add(model.id());
            } else {
                matched.add(model);
            }
        }
        List<String> withoutResult = truth.values().keySet().stream()
                .filter(id -> !byId.containsKey(id))
                .toList();
        if (matched.isEmpty() && !unscored.isEmpty()) {
            throw new IllegalArgumentException(
                    "No model with a value of '%s' has a score by %s: %d of %d results have none"
                            .formatted(
                                    truth.column(),
                                    byId.values().iterator().next().statistic().id(),
                                    byId.values().stream()
                                            .filter(m -> m.vintk().isEmpty())
                                            .count(),
                                    byId.size()));
        }
        if (matched.isEmpty()) {
            throw new IllegalArgumentException(
                    "No model has both a score and a value of '%s': results have ids like %s, the truth like %s"
                            .formatted(
                                    truth.column(),
                                    byId.isEmpty() ? "(none)" : byId.firstKey(),
                                    truth.values().isEmpty()
                                            ? "(none)"
                                            : truth.values().firstKey()));
        }
        long key = key(seed, "bootstrap/" + truth.column());
        List<Correlation> correlations = List.of(
                correlate("vintk", matched, truth, key, model -> oriented(model, model.vintk())),
                correlate("ntk", matched, truth, key, model -> oriented(model, model.ntk())),
                correlate("params", matched, truth, key, ScoredModel::params),
                correlate("macs", matched, truth, key, ScoredModel::macs));
        return new Agreement(truth.column(), matched.size(), unscored, withoutTruth, withoutResult, correlations);
    }

    private static Correlation correlate(
            String predictor,
            List<ScoredModel> matched,
            Truth truth,
            long key,
            Function<ScoredModel, OptionalDouble> prediction) {
        List<ScoredModel> known = matched.stream()
                .filter(model -> prediction.apply(model).isPresent())
                .toList();
        return Correlation.of(
                predictor,
                values(known, model -> prediction.apply(model).getAsDouble()),
                values(known, model -> truth.values().get(model.id())),
                key);
    }

    private static double[] values(List<ScoredModel> models, ToDoubleFunction<ScoredModel> value) {
        return models.stream().mapToDouble(value).toArray();
    }

    private static OptionalDouble oriented(ScoredModel model, OptionalDouble score) {
        return score.stream().map(model.direction()::orient).findFirst();
    }

    /** A stream of its own for each (seed, name), by the first eight bytes of a SHA-256. */
    private static long key(long seed, String name) {
        MessageDigest digest = Sha256.begin();
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
        return ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }
}
