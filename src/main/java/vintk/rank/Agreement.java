package vintk.rank;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import vintk.score.Statistic;
import vintk.space.Sha256;

/**
 * How well the scores of a study agree with trained accuracies, and how well mere size does.
 *
 * <p>Results and truth are joined by model id. All predictors are judged on the same models: those with a ViNTK score and with
 * truth. A predictor that some of these models lack says its smaller n, and is not compared. Scores are turned so that higher is
 * better (the sign of a statistic of which lower is better is changed), so a positive coefficient is always agreement. Parameters
 * and MACs are taken by their logarithms, as scores are: Pearson's r alone sees that.
 *
 * @param column of the truth
 * @param statistic of the scores
 * @param matched ids of models with a score and with truth, sorted
 * @param unscored ids with truth but without a score, sorted; the results say why
 * @param withoutTruth ids of results that the truth does not know, sorted
 * @param withoutResult ids of the truth that have no result, sorted
 * @param correlations of {@code vintk}, {@code ntk}, {@code params} and {@code macs}, in this order
 * @param comparisons of {@code vintk} with each other predictor, by the same resamples: {@code vintk - params} is a difference of
 *     coefficients, {@code vintk | params} what the score knows beside the parameters
 * @param choices what choosing by each predictor would have given
 * @param chosen how many models a {@link Choice} takes
 * @param best truth of the best matched model
 */
public record Agreement(
        String column,
        Statistic statistic,
        List<String> matched,
        List<String> unscored,
        List<String> withoutTruth,
        List<String> withoutResult,
        List<Correlation> correlations,
        List<Correlation> comparisons,
        List<Choice> choices,
        int chosen,
        double best) {

    /** Of so many models one counts as best. */
    private static final int BEST = 10;

    private static final List<String> PREDICTORS = List.of("vintk", "ntk", "params", "macs");

    /**
     * What a search is for: the best models, and not the order of all. Of models of one prediction those of the first ids are chosen.
     *
     * @param predictor by which is chosen
     * @param found how many of the chosen are as good as one of as many best ones
     * @param first truth of the model that is first by the predictor
     * @param best truth of the best of the chosen: what a search has that trains them all; what it lacks of the best of all models
     *     is the regret
     */
    public record Choice(String predictor, int found, double first, double best) {}

    /**
     * Joins and correlates.
     *
     * @param seed of the bootstrap
     * @param top how many models a choice takes, or all where there are fewer; if empty, a tenth, and at least one
     * @throws IllegalArgumentException if two results have one id or statistics differ, or if no model has both score and truth
     */
    public static Agreement of(List<ScoredModel> models, Truth truth, long seed, OptionalInt top) {
        TreeMap<String, ScoredModel> byId = byId(models);
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
        if (matched.isEmpty()) {
            throw new IllegalArgumentException(unmatched(truth, byId, !unscored.isEmpty()));
        }
        int chosen = Math.min(matched.size(), top.orElse(Math.max(1, matched.size() / BEST)));
        long key = key(seed, "bootstrap/" + truth.column());
        Map<String, Correlation.Resampled> resampled = new LinkedHashMap<>();
        List<Correlation> comparisons = new ArrayList<>();
        List<Choice> choices = new ArrayList<>();
        for (String predictor : PREDICTORS) {
            List<ScoredModel> known = matched.stream()
                    .filter(model -> prediction(model, predictor).isPresent())
                    .toList();
            double[] truths = values(known, model -> truth.values().get(model.id()));
            double[] predictions = predictions(known, predictor);
            resampled.put(predictor, Correlation.Resampled.of(predictions, truths, key));
            if (known.size() == matched.size()) {
                choices.add(choice(predictor, predictions, truths, chosen));
                if (!predictor.equals("vintk")) {
                    comparisons.add(resampled
                            .get("vintk")
                            .minus(resampled.get(predictor))
                            .named("vintk - " + predictor));
                }
            }
        }
        if (matched.stream().allMatch(model -> prediction(model, "params").isPresent())) {
            double[] params = predictions(matched, "params");
            Correlation.Resampled between = Correlation.Resampled.of(predictions(matched, "vintk"), params, key);
            comparisons.add(resampled
                    .get("vintk")
                    .given(resampled.get("params"), between)
                    .named("vintk | params"));
        }
        List<Correlation> correlations = resampled.entrySet().stream()
                .map(entry -> entry.getValue().named(entry.getKey()))
                .toList();
        return new Agreement(
                truth.column(),
                matched.get(0).statistic(),
                matched.stream().map(ScoredModel::id).toList(),
                unscored,
                withoutTruth,
                withoutResult,
                correlations,
                comparisons,
                choices,
                chosen,
                Arrays.stream(values(matched, model -> truth.values().get(model.id())))
                        .max()
                        .orElseThrow());
    }

    private static TreeMap<String, ScoredModel> byId(List<ScoredModel> models) {
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
        return byId;
    }

    /** @param known whether the truth knows any of the results, which lack scores then */
    private static String unmatched(Truth truth, TreeMap<String, ScoredModel> byId, boolean known) {
        if (known) {
            return "No model with a value of '%s' has a score by %s: %d of %d results have none"
                    .formatted(
                            truth.column(),
                            byId.firstEntry().getValue().statistic().id(),
                            byId.values().stream()
                                    .filter(m -> m.vintk().isEmpty())
                                    .count(),
                            byId.size());
        }
        return "No model has both a score and a value of '%s': results have ids like %s, the truth like %s"
                .formatted(
                        truth.column(),
                        byId.isEmpty() ? "(none)" : byId.firstKey(),
                        truth.values().isEmpty() ? "(none)" : truth.values().firstKey());
    }

    private static Choice choice(String predictor, double[] predictions, double[] truths, int count) {
        List<Integer> chosen = highest(predictions, count);
        double least = truths[highest(truths, count).get(count - 1)];
        int found = (int) chosen.stream().filter(i -> truths[i] >= least).count();
        double best = chosen.stream().mapToDouble(i -> truths[i]).max().orElseThrow();
        return new Choice(predictor, found, truths[chosen.get(0)], best);
    }

    /** Places of the largest numbers, the largest first. */
    private static List<Integer> highest(double[] numbers, int count) {
        return IntStream.range(0, numbers.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -numbers[i]))
                .limit(count)
                .toList();
    }

    private static OptionalDouble prediction(ScoredModel model, String predictor) {
        return switch (predictor) {
            case "vintk" -> oriented(model, model.vintk());
            case "ntk" -> oriented(model, model.ntk());
            case "params" -> logarithm(model.params());
            default -> logarithm(model.macs());
        };
    }

    private static OptionalDouble logarithm(OptionalDouble count) {
        return count.stream().filter(c -> c > 0).map(Math::log10).findFirst();
    }

    private static double[] predictions(List<ScoredModel> models, String predictor) {
        return values(models, model -> prediction(model, predictor).getAsDouble());
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
