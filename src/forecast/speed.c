/* speed.c - the cost of a symbol as a sum of few terms, whose factors were fitted to runs. Nothing
 * here reaches a bit of any file. */
#include "forecast/speed.h"

#include "network/head.h"
#include "network/layer.h"

/* Fitted to one and two ranks on cores with AVX-512 (AMD EPYC, gcc 12), within a quarter of what all
 * levels take for a megabyte of text, and levels 1 and 5 for four and ten. */
static const struct {
    double symbol;   /* microseconds for every symbol */
    double step;     /* for every step of all lanes */
    double context;  /* for each context of the mixing stage: its counters, its part of mixers */
    double multiply; /* for each million multiply-adds of the network, in training three times */
    double row;      /* for each embedding row looked up and updated */
    double update;   /* for each million parameters, once an update */
    double serial_share; /* of one rank's time, that stays however many ranks work */
} measured = {
    .symbol = 1.5,
    .step = 60,
    .context = 0.13,
    .multiply = 13,
    .row = 0.07,
    .update = 900,
    .serial_share = 0.43, /* 2 ranks are 1.4 times as fast as one */
};

uint64_t ock_dense_parameters(const ock_config *c)
{
    const ock_layer_kind *kind = c->recurrent ? &ock_layer_recurrent : &ock_layer_transformer;
    if (c->network == 0) {
        return 0;
    }
    return c->layers * kind->parameter_count(c) + ock_head_parameter_count(c);
}

static double symbols_of_step(const ock_plan *plan)
{
    return (double)plan->map.lanes * plan->config.step;
}

/* Nearly every parameter is one multiply-add forward and two backward. */
static double network_cost(const ock_plan *plan)
{
    const ock_config *c = &plan->config;
    const double million = 1e-6, passes = 3;
    double parameters = (double)ock_dense_parameters(c) * million;
    double rows = c->order_max - c->order_min + 1 + c->features;
    return passes * parameters * measured.multiply + rows * measured.row +
           parameters * measured.update / symbols_of_step(plan);
}

double ock_speed_seconds(const ock_plan *plan, int ranks)
{
    const ock_config *c = &plan->config;
    double workers = ranks < (int)plan->map.shards ? ranks : (int)plan->map.shards;
    double cost = measured.symbol + measured.step / symbols_of_step(plan);
    if (c->mixing != 0) {
        cost += c->contexts * measured.context;
    }
    if (c->network != 0) {
        cost += network_cost(plan);
    }
    double share = measured.serial_share + (1 - measured.serial_share) / workers;
    return 1e-6 * cost * share * (double)plan->map.input_bytes;
}
